// What links and headings a Markdown page has, as GitHub reads them.

/** Targets within the repository, of links, pictures and HTML attributes; those of other hosts are left out. */
export function linksOf(page: string): string[] {
  const text = withoutCode(page);
  const links = [
    ...text.matchAll(/\]\(([^)\s]+)\)/g),
    ...text.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g),
    ...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm),
  ].map(([, target = '']) => target);
  return links.filter((target) => !/^[a-z]+:/i.test(target));
}

/** By what fragments the headings of a page are linked; a heading that occurs again gets a number. */
export function headingIds(page: string): string[] {
  const counts = new Map<string, number>();
  return [...withoutFences(page).matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Lower case, blanks as hyphens, and nothing but letters, digits, `-` and `_`. Of a link its text counts. */
function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}

function withoutCode(page: string): string {
  return withoutFences(page).replaceAll(/`[^`\n]*`/g, '');
}

function withoutFences(page: string): string {
  return page.replaceAll(/^ *(```+)[^\n]*\n[\s\S]*?^ *\1 *$/gm, '');
}
