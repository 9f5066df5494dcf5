export const fileRoles = ['compose', 'env', 'config'] as const
export const fileStates = ['there', 'missing', 'unreadable'] as const

/** A file that the stack is made of: compose file, env file or bind-mounted configuration. */
export type WatchedFile = {
  path: string
  role: (typeof fileRoles)[number]
  state: (typeof fileStates)[number]
  /** SHA-256 of the content, lower-case hex; for a directory, of its listing with hashes. */
  sha256?: string
  modifiedAt?: number
  inode?: number
  sizeBytes?: number
}
