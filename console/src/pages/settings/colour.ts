// TOML in colours: enough for reading, no more than that.
export type Token = 'plain' | 'comment' | 'table' | 'key' | 'text' | 'value';
export interface Piece {
  token: Token;
  text: string;
}

const strings = /"(?:[^"\\]|\\.)*"?|'[^']*'?/y;
const value = /\b(?:true|false|[+-]?\d[\d_.:TZe+-]*)/y;

export function coloured(line: string): Piece[] {
  const pieces: Piece[] = [];
  const add = (token: Token, text: string) => {
    const last = pieces.at(-1);
    if (last?.token === token) last.text += text;
    else if (text !== '') pieces.push({ token, text });
  };
  const head = /^\s*(\[\[?[^#]*\]\]?)/.exec(line);
  let at = 0;
  if (head) {
    at = head[0].length;
    add('table', head[0]);
  } else {
    const key = /^\s*[\w.'"-]+(?=\s*=)/.exec(line);
    if (key) {
      at = key[0].length;
      add('key', key[0]);
    }
  }
  while (at < line.length) {
    const c = line.charAt(at);
    if (c === '#') {
      add('comment', line.slice(at));
      break;
    }
    strings.lastIndex = at;
    value.lastIndex = at;
    const found = strings.exec(line) ?? value.exec(line);
    if (found && found[0] !== '') {
      add(c === '"' || c === "'" ? 'text' : 'value', found[0]);
      at += found[0].length;
    } else {
      add('plain', c);
      at++;
    }
  }
  return pieces;
}
