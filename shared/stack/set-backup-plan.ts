import { isMap } from 'yaml'
import type { BackupChoices, KeepRule } from '../domain/stack.ts'
import { editBackupSection, quoted, type SectionNode } from './edit-backup-section.ts'

/** What a person changes about the backups; the rest of the section is left as it is. */
export type BackupPlanChoices = {
  schedule: readonly string[]
  keep: KeepRule
  onBattery: boolean
  /** null: none. */
  drill: string | null
}

/**
 * The text of a stack file with another plan for its backups. Only the section `backup` is
 * written anew, with its comments; it is added where there is none. Throws a sentence when the
 * text is not a valid stack file, or the plan is no valid one.
 */
export const setBackupPlan = (text: string, plan: BackupPlanChoices): string =>
  editBackupSection(text, {
    choices: (before) => choicesWith(before, plan),
    edit: (section) => write(section, plan),
  })

function choicesWith(choices: BackupChoices, plan: BackupPlanChoices): BackupChoices {
  const { drill: before, ...rest } = choices
  const drill = plan.drill === null ? {} : { drill: { ...before, schedule: plan.drill } }
  const { schedule, keep, onBattery } = plan
  return { ...rest, schedule, keep, onBattery, ...drill }
}

function write(section: SectionNode, plan: BackupPlanChoices): void {
  section.set('schedule', plan.schedule.map(quoted))
  section.set('keep', { ...plan.keep })
  section.set('onBattery', plan.onBattery)
  const drill = section.get('drill')
  if (plan.drill === null) section.delete('drill')
  else if (isMap(drill)) drill.set('schedule', quoted(plan.drill))
  else section.set('drill', { schedule: quoted(plan.drill) })
}
