/**
 * What is typed counts at once: Ctrl+Enter may follow the last letter, and a field that is drawn anew, because another
 * one has changed, forgets what still waits. The option is not among the library's types.
 */
export function atOnce<Options extends object>(options: Options): Options & { debounce: boolean } {
  return { ...options, debounce: false };
}
