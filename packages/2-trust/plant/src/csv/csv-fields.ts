/**
 * The fields of one line (RFC 4180), outer blanks dropped. A quoted field may hold the delimiter and doubled quotes but
 * not a line break: rows are lines here, so that a fault can always name its line.
 */

/** Undefined when a quote is never closed, or text follows a closing quote. */
export function csvFields(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter).map((field) => field.trim());
  const fields: string[] = [];
  let at = 0;
  while (at <= line.length) {
    const field = fieldAt(line, at, delimiter);
    if (field === undefined) return undefined;
    fields.push(field.text);
    at = field.next;
  }
  return fields;
}

function fieldAt(line: string, from: number, delimiter: string): { text: string; next: number } | undefined {
  let at = from;
  while (line[at] === " ") at += 1;
  if (line[at] !== '"') {
    const end = line.indexOf(delimiter, from);
    const stop = end < 0 ? line.length : end;
    return { text: line.slice(from, stop).trim(), next: stop + 1 };
  }
  let text = "";
  for (at += 1; at < line.length; at += 1) {
    if (line[at] !== '"') text += line[at];
    else if (line[at + 1] === '"') {
      text += '"';
      at += 1;
    } else return closed(line, at + 1, delimiter, text);
  }
  return undefined;
}

function closed(
  line: string,
  from: number,
  delimiter: string,
  text: string,
): { text: string; next: number } | undefined {
  let at = from;
  while (line[at] === " ") at += 1;
  return at >= line.length || line[at] === delimiter ? { text: text.trim(), next: at + 1 } : undefined;
}
