import type { Finding } from '../../finding.ts'
import { changedFiles } from '../../monitoring/drifted-files.ts'
import type { Situation } from '../../situation.ts'

/** A mounted configuration is not what was accepted. */
export const configDrift = (situation: Situation): Finding[] =>
  changedFiles(situation, ['config'], 'CONFIG_DRIFT')
