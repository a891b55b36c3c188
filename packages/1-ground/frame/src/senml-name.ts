/** Which names SenML can carry: RFC 8428 section 4.5.1, ASCII only. */
const NAME_CHARACTERS_MAX = 256;
const NAME = /^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/;

export function isSenmlName(name: string): boolean {
  return name.length <= NAME_CHARACTERS_MAX && NAME.test(name);
}
