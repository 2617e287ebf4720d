import { describe, expect, it } from 'vitest';
import { headingIds, linksOf } from './markdown.ts';

describe('linksOf', () => {
  it('has links, pictures, references and HTML, but no other hosts', () => {
    const page = `
[a](a.md), [two](b.md#two) and [here](#here); [AWS](https://aws.amazon.com), [mail](mailto:a@b.c)
![picture](c.png)
<img alt="x" src="d.png"> <source srcset="e.png">
[f]: f.md
`;
    expect(linksOf(page)).toEqual(['a.md', 'b.md#two', '#here', 'c.png', 'd.png', 'e.png', 'f.md']);
  });

  it('has none that stand in code', () => {
    expect(linksOf('`[a](a.md)`\n\n```md\n[b](b.md)\n```\n\n[c](c.md)')).toEqual(['c.md']);
  });

  it('has a link whose text is code', () => {
    expect(linksOf('[`a`](a.md)')).toEqual(['a.md']);
  });
});

describe('headingIds', () => {
  it('are what GitHub makes of headings', () => {
    const page = `
# What a \`run\` is, and isn't
## [Linked](a.md): _saga & co
## Größe
## Twice
## Twice
\`\`\`sh
# no heading
\`\`\`
`;
    expect(headingIds(page)).toEqual([
      'what-a-run-is-and-isnt',
      'linked-_saga--co',
      'größe',
      'twice',
      'twice-1',
    ]);
  });
});
