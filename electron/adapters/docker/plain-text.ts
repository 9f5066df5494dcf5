/**
 * What an engine or a container says, fit for a terminal, a notification and a log: no control
 * characters, which could move the cursor or forge a line, and no password out of a URL.
 */
export function plainText(said: string): string {
  return said
    .replace(escapeSequences, '')
    .replace(controlCharacters, ' ')
    .replace(passwordsInUrls, '$1:***@')
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const escapeSequences = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g
/** C0 but for the line feed, C1, and what turns the direction of writing around. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g
const passwordsInUrls = /([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/]*@/gi
