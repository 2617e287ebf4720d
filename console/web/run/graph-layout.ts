// Where each state is drawn. A saga reads best as three columns: in the middle the way that all is well, from the top to
// its end; to its left the detours that come back to it; to its right what leads to another end. So no general layout is
// needed: states stand beside the state that leads to them.

import type { Graph, GraphEdge, GraphNode } from './graph-model.ts';
import { curve, type Point } from './graph-paths.ts';

export interface PlacedNode {
  readonly node: GraphNode;
  /** The middle. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Drawn within the node, below its name; in the picture's coordinates. */
  readonly inner?: Placed;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** SVG path data. */
  readonly path: string;
  /** The middle of its label. */
  readonly label: Point;
}

export interface Placed {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

type Column = 'detour' | 'spine' | 'exit';
/** A state's box without its inner graph. */
type Box = Omit<PlacedNode, 'inner' | 'node'> & { readonly column: Column };

const NODE_HEIGHT = 34;
/** Room beside the name, for the mark of the status and for slanted sides. */
const NODE_PADDING = 52;
const CHARACTER = 7.2;
const ROW_GAP = 30;
const COLUMN_GAP = { left: 44, right: 92 };
const MAP_HEAD = 34;
const MAP_PADDING = 12;
const MARGIN = 6;

/** The whole picture. */
export function place(graph: Graph, start: string): Placed {
  const columns = columnsOf(graph, start);
  const widths = columnWidths(graph, columns);
  const detours = widths.detour === 0 ? 0 : widths.detour + COLUMN_GAP.left;
  const left = MARGIN + (widths.detour === 0 ? 0 : BEND);
  const middles: Readonly<Record<Column, number>> = {
    detour: left + widths.detour / 2,
    spine: left + detours + widths.spine / 2,
    exit: left + detours + widths.spine + COLUMN_GAP.right + widths.exit / 2,
  };
  const boxes = boxesOf(graph, columns, start, middles);
  const right = widths.exit === 0 ? middles.spine + widths.spine / 2 : middles.exit + widths.exit / 2;
  return finished(graph, boxes, right + MARGIN + BEND);
}

/** The states within a Map: one below the other. */
function stack(graph: Graph, at: Point, width: number): Placed {
  let y = at.y;
  const boxes = new Map<string, Box>();
  for (const node of graph.nodes) {
    const size = sizeOf(node);
    boxes.set(node.name, { ...size, column: 'spine', x: at.x + width / 2, y: y + size.height / 2 });
    y += size.height + ROW_GAP;
  }
  return finished(graph, boxes, at.x + width);
}

function finished(graph: Graph, boxes: ReadonlyMap<string, Box>, width: number): Placed {
  const all = [...boxes.values()];
  return {
    width,
    height: Math.max(...all.map(({ y, height }) => y + height / 2)) + MARGIN,
    nodes: graph.nodes.map((node) => {
      const { column: _, ...box } = boxes.get(node.name) as Box;
      return { node, ...box, ...(node.inner && { inner: innerOf(node.inner, box) }) };
    }),
    edges: graph.edges.flatMap((edge) => {
      const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
      return from && to ? [{ edge, ...route(from, to, all) }] : [];
    }),
  };
}

function innerOf(inner: Graph, { x, y, width, height }: Omit<PlacedNode, 'node' | 'inner'>): Placed {
  return stack(inner, { x: x - width / 2, y: y - height / 2 + MAP_HEAD }, width);
}

/** By column: the way of `Next` and `Default` from the start is the spine; of the rest, what leads back to it is a detour. */
function columnsOf({ nodes, edges }: Graph, start: string): ReadonlyMap<string, Column> {
  const spine = spineOf(edges, start);
  const leadsBack = new Set<string>(spine);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { from, to } of edges) {
      const isAlready = leadsBack.has(from) || !leadsBack.has(to);
      if (isAlready) continue;
      leadsBack.add(from);
      grown = true;
    }
  }
  return new Map(
    nodes.map(({ name }) => [name, spine.includes(name) ? 'spine' : leadsBack.has(name) ? 'detour' : 'exit']),
  );
}

function spineOf(edges: readonly GraphEdge[], start: string): string[] {
  const spine: string[] = [];
  for (let at: string | undefined = start; at !== undefined && !spine.includes(at); ) {
    spine.push(at);
    const name: string = at;
    at = edges.find(({ from, isMain }) => from === name && isMain)?.to;
  }
  return spine;
}

function columnWidths({ nodes }: Graph, columns: ReadonlyMap<string, Column>): Record<Column, number> {
  const widths = { detour: 0, spine: 0, exit: 0 };
  for (const node of nodes) {
    const column = columns.get(node.name) ?? 'exit';
    widths[column] = Math.max(widths[column], sizeOf(node).width);
  }
  return widths;
}

function boxesOf(
  graph: Graph,
  columns: ReadonlyMap<string, Column>,
  start: string,
  middles: Readonly<Record<Column, number>>,
): ReadonlyMap<string, Box> {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const boxes = new Map<string, Box>();
  /** Below this y a column is free. */
  const free: Record<Column, number> = { detour: MARGIN, spine: MARGIN, exit: MARGIN };
  const put = (name: string, wantedTop: number): void => {
    const node = nodes.get(name);
    if (node === undefined || boxes.has(name)) return;
    const column = columns.get(name) ?? 'exit';
    const size = sizeOf(node);
    const top = Math.max(wantedTop, free[column]);
    boxes.set(name, { ...size, column, x: middles[column], y: top + size.height / 2 });
    free[column] = top + size.height + ROW_GAP;
  };
  for (const name of spineOf(graph.edges, start)) put(name, MARGIN);
  const rest = graph.nodes.map(({ name }) => name).filter((name) => !boxes.has(name));
  const ranked = rest.map((name) => ({ name, top: topOf(name, graph, boxes) }));
  for (const { name, top } of ranked.sort((one, other) => one.top - other.top)) put(name, top);
  return boxes;
}

/** Beside the lowest state of the spine that leads there, and below those of its own column that do. */
function topOf(
  name: string,
  graph: Graph,
  spine: ReadonlyMap<string, Box>,
  seen: readonly string[] = [],
): number {
  const tops = graph.edges
    .filter(({ from, to }) => to === name && !seen.includes(from) && from !== name)
    .map(({ from }) => {
      const box = spine.get(from);
      return box ? box.y - NODE_HEIGHT / 2 : topOf(from, graph, spine, [...seen, name]) + 1;
    });
  return Math.max(MARGIN, ...tops);
}

/** Straight down or around within a column, from side to side between columns. */
function route(from: Box, to: Box, all: readonly Box[]): Omit<PlacedEdge, 'edge'> {
  if (from.column === to.column) return isNext(from, to, all) ? down(from, to) : around(from, to);
  if (from.column !== 'detour') return across(from, to, to.column === 'detour' ? -BESIDE : 0);
  return Math.abs(from.y - to.y) < 2 ? across(from, to, BESIDE) : back(from, to);
}

/** How far the ways of a detour and back are from the middle. */
const BESIDE = 6;
const BEND = 18;

function isNext(from: Box, to: Box, all: readonly Box[]): boolean {
  const between = all.some(({ column, y }) => column === from.column && y > from.y && y < to.y);
  return to.y > from.y && !between;
}

function down(from: Box, to: Box): Omit<PlacedEdge, 'edge'> {
  const [top, bottom] = [from.y + from.height / 2, to.y - to.height / 2];
  const path = curve([
    { x: from.x, y: top },
    { x: to.x, y: bottom },
  ]);
  return { path, label: { x: from.x, y: (top + bottom) / 2 + 3 } };
}

/** Past what stands between, on the right. */
function around(from: Box, to: Box): Omit<PlacedEdge, 'edge'> {
  const [fromRight, toRight] = [from.x + from.width / 2, to.x + to.width / 2];
  const x = Math.max(fromRight, toRight) + BEND;
  return {
    path: bracket({ x: fromRight, y: from.y }, x, { x: toRight, y: to.y }),
    label: { x, y: (from.y + to.y) / 2 },
  };
}

/** From a detour to a state of another row, on the left. */
function back(from: Box, to: Box): Omit<PlacedEdge, 'edge'> {
  const start = { x: from.x - from.width / 2, y: from.y };
  const end = { x: to.x - to.width / 2, y: to.y + (to.y < from.y ? BESIDE : -BESIDE) };
  const x = start.x - BEND;
  return { path: bracket(start, x, end), label: { x, y: (start.y + end.y) / 2 } };
}

function across(from: Box, to: Box, off: number): Omit<PlacedEdge, 'edge'> {
  const side = to.x > from.x ? 1 : -1;
  const start = { x: from.x + (side * from.width) / 2, y: from.y + off };
  const end = { x: to.x - (side * to.width) / 2, y: to.y + off };
  // All that leads to a column turns close to it, so that its lines share their way.
  const x = end.x - side * BEND;
  const label = { x: (start.x + x) / 2, y: start.y - 6 };
  return { path: start.y === end.y ? curve([start, end]) : bracket(start, x, end), label };
}

function bracket(start: Point, x: number, end: Point): string {
  return curve([start, { x, y: start.y }, { x, y: end.y }, end]);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function sizeOf({ name, inner, visits, type }: GraphNode): Size {
  const count = type !== 'Map' && visits > 1 ? 24 : 0;
  const own = Math.round(name.length * CHARACTER) + NODE_PADDING + count;
  if (inner === undefined) return { width: own, height: NODE_HEIGHT };
  const sizes = inner.nodes.map(sizeOf);
  return {
    width: Math.max(own, ...sizes.map(({ width }) => width + 2 * MAP_PADDING)),
    height: MAP_HEAD + sizes.reduce((sum, { height }) => sum + height + ROW_GAP, 0) - ROW_GAP + MAP_PADDING,
  };
}
