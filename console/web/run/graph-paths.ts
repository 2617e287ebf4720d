// The outlines of states and the lines between them, as SVG path data.

import type { Shape } from './state-look.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const CORNER = 7;
const ROUND = 10;
/** Of the height: how far the sides of a hexagon slant, and the corners of an octagon are cut. */
const SLANT = 0.34;
const CUT = 0.29;

/** @param box - `x` and `y` are its middle */
export function outline(shape: Shape, { x, y, width, height }: Box): string {
  const [left, right, top, bottom] = [x - width / 2, x + width / 2, y - height / 2, y + height / 2];
  const [slant, cut] = [height * SLANT, height * CUT];
  switch (shape) {
    case 'hexagon':
      return polygon([
        { x: left + slant, y: top },
        { x: right - slant, y: top },
        { x: right, y },
        { x: right - slant, y: bottom },
        { x: left + slant, y: bottom },
        { x: left, y },
      ]);
    case 'octagon':
      return polygon([
        { x: left + cut, y: top },
        { x: right - cut, y: top },
        { x: right, y: top + cut },
        { x: right, y: bottom - cut },
        { x: right - cut, y: bottom },
        { x: left + cut, y: bottom },
        { x: left, y: bottom - cut },
        { x: left, y: top + cut },
      ]);
    case 'stadium':
      return rounded({ left, right, top, bottom }, height / 2);
    case 'rectangle':
      return rounded({ left, right, top, bottom }, Math.min(CORNER, height / 4));
  }
}

/** A line through the points whose corners are round. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const corners = rest.slice(0, -1).map((corner, at) => {
    const [before, after] = [points[at] as Point, points[at + 2] as Point];
    const radius = Math.min(ROUND, distance(before, corner) / 2, distance(corner, after) / 2);
    return `L${xy(towards(corner, before, radius))}Q${xy(corner)} ${xy(towards(corner, after, radius))}`;
  });
  return `M${xy(first)}${corners.join('')}L${xy(last)}`;
}

function polygon(points: readonly Point[]): string {
  return `M${points.map(xy).join('L')}Z`;
}

function rounded(
  { left, right, top, bottom }: Record<'left' | 'right' | 'top' | 'bottom', number>,
  r: number,
): string {
  return [
    `M${left + r},${top}H${right - r}A${r},${r} 0 0 1 ${right},${top + r}V${bottom - r}`,
    `A${r},${r} 0 0 1 ${right - r},${bottom}H${left + r}A${r},${r} 0 0 1 ${left},${bottom - r}`,
    `V${top + r}A${r},${r} 0 0 1 ${left + r},${top}Z`,
  ].join('');
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function towards(from: Point, to: Point, by: number): Point {
  const whole = distance(from, to) || 1;
  return { x: from.x + ((to.x - from.x) * by) / whole, y: from.y + ((to.y - from.y) * by) / whole };
}

function xy({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}
