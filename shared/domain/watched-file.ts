/** A file that the stack is made of: compose file, env file or bind-mounted configuration. */
export type WatchedFile = {
  path: string
  role: 'compose' | 'env' | 'config'
  state: 'there' | 'missing' | 'unreadable'
  /** SHA-256 of the content, lower-case hex; for a directory, of its listing with hashes. */
  sha256?: string
  modifiedAt?: number
  inode?: number
  sizeBytes?: number
}
