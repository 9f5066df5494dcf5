import type { Container } from '../domain/container.ts'

/** What watches: the presence of one makes a project a monitoring stack. */
const monitoringCore =
  /(^|\/)(prometheus|grafana|grafana-oss|grafana-enterprise|loki|alertmanager|mimir|tempo|thanos|victoria-metrics|victoria-logs|vmagent|influxdb|netdata|zabbix[^/]*|kube-prometheus[^/]*)([:@]|$)/

/** What is watched through. A web shop has one beside its database and is no monitoring stack. */
const monitoringPart =
  /exporter|cadvisor|pushgateway|promtail|(^|\/)(alloy|telegraf|node-exporter|fluent-bit|vector|otel[^/]*|opentelemetry-collector[^/]*|grafana-image-renderer|karma|statsd[^/]*|jaeger[^/]*)([:@]|$)/

const isMonitoringImage = (image: string): boolean =>
  monitoringCore.test(image.toLowerCase()) || monitoringPart.test(image.toLowerCase())

export type Choice = { projects: readonly string[]; why: string }

/**
 * The compose projects that make up the stack, when nobody has named them: those that hold
 * a monitoring system, or are made of exporters; else the largest one.
 */
export function chooseProjects(containers: readonly Container[]): Choice {
  const projects = Map.groupBy(containers, ({ project }) => project)
  const reasons = [...projects].flatMap(([name, members]) => {
    const services = Map.groupBy(members, ({ service }) => service)
    const images = [...services.values()].map(([first]) => first?.image.toLowerCase() ?? '')
    const core = images.filter((image) => monitoringCore.test(image))
    const monitoring = images.filter(isMonitoringImage)
    if (core.length === 0 && monitoring.length * 2 < images.length) return []
    return [
      { name, text: `${name} (${monitoring.length} of ${counted(images.length, 'service')})` },
    ]
  })
  if (reasons.length > 0) {
    const sorted = reasons.toSorted((a, b) => order(a.name, b.name))
    const left = [...projects.keys()].filter((name) => !sorted.some((one) => one.name === name))
    const rest = left.length === 0 ? '' : ` Left out: ${left.toSorted(order).join(', ')}.`
    return {
      projects: sorted.map(({ name }) => name),
      why: `Chosen for their monitoring images: ${sorted.map(({ text }) => text).join(', ')}.${rest}`,
    }
  }
  const largest = [...projects]
    .map(([name, members]) => ({ name, size: new Set(members.map(({ service }) => service)).size }))
    .toSorted((a, b) => b.size - a.size || order(a.name, b.name))[0]
  if (!largest) return { projects: [], why: 'No compose project was found.' }
  return {
    projects: [largest.name],
    why:
      projects.size === 1
        ? `${largest.name} is the only compose project on this engine.`
        : `No compose project holds monitoring images; ${largest.name} is the largest of ${projects.size}, with ${counted(largest.size, 'service')}.`,
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
