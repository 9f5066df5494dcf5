import { z } from 'zod'
import { stepKind } from './step-kind.ts'

const text = z.string()

/** What carries samples of Prometheus from an engine where they were recorded by mistake. */
export const sampleSteps = {
  /** Its container does not run any more. Its volume keeps everything; only a copy is taken. */
  SaveSamples: stepKind(
    'SaveSamples',
    {
      endpoint: text,
      engineId: text,
      containerId: text,
      container: text,
      service: text,
      /** The engine in words. */
      from: text,
    },
    ({ service, from }) => `copy what ${service} recorded on ${from}`,
  ),

  /** Adds what was copied from the container `savedFrom` to the data of the service at home. */
  MergeSamples: stepKind(
    'MergeSamples',
    {
      endpoint: text,
      engineId: text,
      project: text,
      service: text,
      context: text,
      savedFrom: text,
      from: text,
    },
    ({ service, from, context }) =>
      `stop ${service} on ${context} for a moment, add what it recorded on ${from}, and count both`,
  ),
}
