/** One thing in an archive. `name` is relative, with `/` between and none at the end; `.` is the root. */
export type PackMember = {
  name: string
  type: 'file' | 'directory' | 'symlink'
  /** Permission bits, with setuid, setgid and sticky. */
  mode: number
  uid: number
  gid: number
  /** With a fraction, as precise as a double holds it: well below a microsecond. */
  mtimeSeconds: number
  /** Zero for all but files. */
  sizeBytes: number
  /** Of a symbolic link, as it stands in it. */
  linkTo?: string
}
