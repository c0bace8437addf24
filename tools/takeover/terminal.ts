/**
 * What goes to a terminal comes from manifests and servers, too: characters by which one would be steered (ECMA-48), or text turned
 * round, are not passed on.
 */
export const plainText = (text: string): string => text.replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '?');
