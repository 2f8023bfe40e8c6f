// JSON for eyes without reading it as JavaScript: numbers of 63 bits and "1.10" stay as they were sent.

export function prettyJson(text: string): string {
  const trimmed = text.trim();
  if (!/^[[{]/.test(trimmed)) return text;
  try {
    JSON.parse(trimmed);
  } catch {
    return text;
  }
  let out = '';
  let depth = 0;
  let inString = false;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let i = 0; i < trimmed.length; i++) {
    const c = trimmed.charAt(i);
    if (inString) {
      out += c;
      if (c === '\\') out += trimmed.charAt(++i);
      else if (c === '"') inString = false;
      continue;
    }
    if (/\s/.test(c)) continue;
    if (c === '"') {
      inString = true;
      out += c;
    } else if (c === '{' || c === '[') {
      const close = trimmed.slice(i + 1).match(/^\s*([}\]])/);
      if (close) {
        out += c + close[1];
        i += close[0].length;
      } else {
        depth++;
        out += c + line();
      }
    } else if (c === '}' || c === ']') {
      depth--;
      out += line() + c;
    } else if (c === ',') {
      out += c + line();
    } else {
      out += c === ':' ? ': ' : c;
    }
  }
  return out;
}
