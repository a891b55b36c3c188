/**
 * What others wrote, on a terminal: a folder, a bundle or a server under suspicion chooses names and details.
 *
 * Nothing of it may end a line, move the cursor or turn the reading direction: else it writes a verdict of its own.
 */
export function plain(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?");
}
