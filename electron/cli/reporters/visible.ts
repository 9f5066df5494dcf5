/** What moves the cursor of a terminal, or turns the direction of what is read. */
const control =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

/** Text that somebody else wrote, for one line of a terminal. Tabs and newlines stay. */
export const visible = (text: string): string => text.replace(/\r$/, '').replace(control, '�')

/** A name for the middle of a line: no newline or tab in it either. */
export const visibleName = (name: string): string => visible(name).replace(/[\t\n]/g, '�')
