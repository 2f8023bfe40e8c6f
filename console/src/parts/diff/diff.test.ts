import { describe, expect, it } from 'vitest';
import { prettyJson } from '../bytes/pretty';
import { diffOf, fold } from './lines';

describe('laying out JSON', () => {
  it('keeps every number and text as it was sent', () => {
    const sent =
      '{"id":9223372036854775807,"price":1.10,"e":1E+5,"text":"a, {b}: \\"c\\" [1]","none":{},"list":[ ]}';
    const shown = prettyJson(sent);
    expect(shown).toContain('"id": 9223372036854775807,');
    expect(shown).toContain('"price": 1.10,');
    expect(shown).toContain('"e": 1E+5,');
    expect(shown).toContain('"text": "a, {b}: \\"c\\" [1]",');
    expect(shown).toContain('"none": {},');
    expect(shown.endsWith('"list": []\n}')).toBe(true);
    expect(JSON.parse(shown)).toEqual(JSON.parse(sent));
  });
  it('leaves alone what is not JSON', () => {
    expect(prettyJson('<html>502</html>')).toBe('<html>502</html>');
    expect(prettyJson('{"broken":')).toBe('{"broken":');
    expect(prettyJson('')).toBe('');
  });
});

describe('differences', () => {
  it('name the lines that changed', () => {
    const lines = diffOf('{"a":1,"b":2}', '{"a":1,"b":3}');
    expect(lines.filter((line) => line.kind === 'gone').map((line) => line.text.trim())).toEqual(['"b": 2']);
    expect(lines.filter((line) => line.kind === 'new').map((line) => line.text.trim())).toEqual(['"b": 3']);
  });
  it('do not see the layout', () => {
    expect(diffOf('{"a":1}', '{ "a" : 1 }').every((line) => line.kind === 'same')).toBe(true);
  });
  it('see digits beyond what JavaScript counts', () => {
    expect(diffOf('[9007199254740993]', '[9007199254740992]').some((line) => line.kind !== 'same')).toBe(
      true,
    );
  });
  it('show something new as a whole', () => {
    expect(diffOf('', '{"a":1}').every((line) => line.kind === 'new')).toBe(true);
  });
  it('fold long stretches that are the same', () => {
    const many = Array.from({ length: 40 }, (_, i) => `line ${i}`);
    const changed = many.with(20, 'other');
    const parts = fold(diffOf(many.join('\n'), changed.join('\n')));
    expect(parts[0]?.hidden).toBe(17);
    expect(parts[0]?.lines.filter((line) => line.kind !== 'same')).toHaveLength(2);
    expect(parts.at(-1)).toEqual({ lines: [], hidden: 16 });
  });
});
