import type { ChainStage, LinkState } from '../../ipc/status.ts'
import { withoutStop } from '../../kit/without-stop.ts'
import { comesFrom } from '../causes.ts'
import type { FindingCode, HeldFinding } from '../finding.ts'
import { byCause, familyOf } from '../root-cause.ts'
import type { Situation } from '../situation.ts'
import { isDamage, linksOf } from './chain.ts'

export type ChainLink = { stage: ChainStage; state: LinkState; sentence: string }

export type MonitoringVerdict = {
  health: 'ok' | 'warning' | 'critical' | 'unknown'
  sentence: string
  /** From exporter to alert, in that order. */
  chain: readonly ChainLink[]
}

/**
 * Whether monitoring really works: "Monitoring works.", or what is broken first in the chain with
 * its cause, or where we cannot see. Nothing is green that has not been seen.
 */
export function monitoringVerdict(
  situation: Situation,
  held: readonly HeldFinding[],
): MonitoringVerdict {
  const { monitoring } = situation
  if (monitoring === undefined) {
    return {
      health: 'unknown',
      sentence: 'Whether monitoring works has not been looked at.',
      chain: [],
    }
  }
  const firing = held.filter(({ status }) => status === 'firing').sort(byCause)
  const chain = linksOf(situation, monitoring).map((link): ChainLink => {
    const broken = firing.filter(({ code }) => link.codes.includes(code))
    if (broken.length === 0) return { stage: link.stage, ...lookingAgain(link, held) }
    return { stage: link.stage, state: 'broken', sentence: first(broken) }
  })
  return { ...headline(chain, firing), chain }
}

function lookingAgain(
  link: { codes: readonly FindingCode[]; state: LinkState; sentence: string },
  held: readonly HeldFinding[],
): Pick<ChainLink, 'state' | 'sentence'> {
  const pending = held.find(({ status, code }) => status === 'pending' && link.codes.includes(code))
  if (pending === undefined || link.state !== 'works') {
    return { state: link.state, sentence: link.sentence }
  }
  return { state: 'works', sentence: `${withoutStop(link.sentence)}; Sentinel is looking again.` }
}

function headline(
  chain: readonly ChainLink[],
  firing: readonly HeldFinding[],
): Pick<MonitoringVerdict, 'health' | 'sentence'> {
  const broken = chain.find(({ state }) => state === 'broken')
  if (broken) {
    const damage = firing.filter(({ code }) => isDamage(code))
    const critical = damage.some(({ severity }) => severity === 'critical')
    return { health: critical ? 'critical' : 'warning', sentence: withCause(broken, firing) }
  }
  const unseen = chain.filter(({ state }) => state === 'cannot-tell')
  const [blind] = unseen
  if (blind) {
    const works = chain.some(({ state }) => state === 'works')
    const lead = works ? 'Monitoring works as far as it can be seen' : 'Monitoring cannot be seen'
    return { health: 'unknown', sentence: `${lead}: ${lower(blind.sentence)}` }
  }
  if (chain.every(({ state }) => state === 'not-there')) {
    const sentence = 'The stack has nothing that could be asked whether monitoring works.'
    return { health: 'unknown', sentence }
  }
  return { health: 'ok', sentence: 'Monitoring works.' }
}

/** The cause stands first, where one is known that is no link of the chain itself. */
function withCause(broken: ChainLink, firing: readonly HeldFinding[]): string {
  const damage = firing.filter(({ code }) => isDamage(code))
  const cause = firing.find(
    (finding) =>
      !isDamage(finding.code) &&
      (familyOf(finding.code) === 'place' || damage.some((one) => comesFrom(one, finding))),
  )
  if (cause === undefined) return broken.sentence
  return `${withoutStop(cause.sentence)}; ${lower(broken.sentence)}`
}

function first(broken: readonly HeldFinding[]): string {
  const [root, ...rest] = broken
  if (root === undefined) return ''
  return rest.length === 0
    ? root.sentence
    : `${withoutStop(root.sentence)}, and ${rest.length} more.`
}

/** A sentence in the middle of another; names keep their letters. */
const lower = (sentence: string): string =>
  /^(Target|Job|Datasource|Dashboard|Whether|What|The|No|Port|It|Nobody)\b/.test(sentence)
    ? sentence.charAt(0).toLowerCase() + sentence.slice(1)
    : sentence
