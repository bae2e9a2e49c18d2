// Asks for every resource with Camunda's client of 8.8 and lets its own schemas judge the answers ("strict").
// That release leaves out what has no value; later ones require it as null, and so it is here: nulls are taken out first.
// Arguments: the folder that node_modules is in, then the files to deploy.
import { createRequire } from 'node:module'
import fs from 'node:fs'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { createCamundaClient } = require('@camunda8/orchestration-cluster-api')
const files = process.argv[3].split(path.delimiter).map((name) => new File([fs.readFileSync(name)], path.basename(name)))

function present(value) {
  if (Array.isArray(value)) return value.map(present)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null).map(([name, each]) => [name, present(each)]))
}
async function withoutNulls(input, init) {
  const answer = await fetch(input, init)
  const isJson = (answer.headers.get('content-type') ?? '').startsWith('application/json')
  if (answer.status !== 200 || !isJson) return answer
  return new Response(JSON.stringify(present(await answer.json())), { status: 200, headers: answer.headers })
}
const config = { CAMUNDA_SDK_VALIDATION: 'req:strict,res:strict', CAMUNDA_SDK_LOG_LEVEL: 'silent' }
const client = createCamundaClient({ config: { ...process.env, ...config }, fetch: withoutNulls })
const now = { consistency: { waitUpToMs: 0 } }
const wrong = {}
const right = []

async function judge(name, ...given) {
  try {
    const answer = await client[name](...given)
    right.push(name)
    return answer
  } catch (error) {
    wrong[name] = [String(error.message), error.issues ?? null]
    return undefined
  }
}

await judge('getTopology')
await judge('getLicense')
await judge('getAuthentication')
await judge('createDeployment', { resources: files })
const made = await judge('createProcessInstance', { processDefinitionId: 'client_work', variables: { a: 1 } })
const of = { filter: { processInstanceKey: made.processInstanceKey } }
const one = { processInstanceKey: made.processInstanceKey }
const ask = { type: 'client-work', worker: 'v', timeout: 60000, maxJobsToActivate: 1, requestTimeout: -1 }
const { jobs: [job] } = await judge('activateJobs', ask)
await judge('updateJob', { jobKey: job.jobKey, changeset: { retries: 2 } })
await judge('failJob', { jobKey: job.jobKey, retries: 0, errorMessage: 'no' })
const incident = (await judge('searchIncidents', of, now)).items[0]
await judge('getIncident', { incidentKey: incident.incidentKey }, now)
await judge('searchProcessInstanceIncidents', one, now)
await judge('resolveIncident', { incidentKey: incident.incidentKey })
const { jobs: [again] } = await judge('activateJobs', ask)
await judge('completeJob', { jobKey: again.jobKey, variables: { b: 2 } })
const task = (await judge('searchUserTasks', { filter: { ...of.filter, state: 'CREATED' } }, now)).items[0]
await judge('getUserTask', { userTaskKey: task.userTaskKey }, now)
await judge('searchUserTaskVariables', { userTaskKey: task.userTaskKey }, now)
await judge('assignUserTask', { userTaskKey: task.userTaskKey, assignee: 'li' })
await judge('unassignUserTask', { userTaskKey: task.userTaskKey })
await judge('updateUserTask', { userTaskKey: task.userTaskKey, changeset: { priority: 70, dueDate: '2030-01-01T00:00:00Z' } })
await judge('createElementInstanceVariables', { elementInstanceKey: task.elementInstanceKey, variables: { z: 1 }, local: true })
await judge('completeUserTask', { userTaskKey: task.userTaskKey, variables: { done: true } })
await judge('getProcessInstance', one, now)
await judge('searchProcessInstances', of, now)
const element = (await judge('searchElementInstances', of, now)).items[0]
await judge('getElementInstance', { elementInstanceKey: element.elementInstanceKey }, now)
const variable = (await judge('searchVariables', of, now)).items[0]
await judge('getVariable', { variableKey: variable.variableKey }, now)
await judge('getProcessInstanceSequenceFlows', one, now)
await judge('getProcessInstanceStatistics', one, now)
await judge('getProcessInstanceCallHierarchy', one, now)
await judge('searchJobs', of, now)
const newest = { filter: { processDefinitionId: 'client_work', isLatestVersion: true } }
const process_ = (await judge('searchProcessDefinitions', newest, now)).items[0]
const definition = { processDefinitionKey: process_.processDefinitionKey }
await judge('getProcessDefinition', definition, now)
await judge('getProcessDefinitionXml', definition, now)
await judge('getProcessDefinitionStatistics', definition, now)
const decision = (await judge('searchDecisionDefinitions', {}, now)).items[0]
await judge('getDecisionDefinition', { decisionDefinitionKey: decision.decisionDefinitionKey }, now)
await judge('getDecisionDefinitionXml', { decisionDefinitionKey: decision.decisionDefinitionKey }, now)
const file = (await judge('searchDecisionRequirements', {}, now)).items[0]
await judge('getDecisionRequirements', { decisionRequirementsKey: file.decisionRequirementsKey }, now)
await judge('getDecisionRequirementsXml', { decisionRequirementsKey: file.decisionRequirementsKey }, now)
await judge('publishMessage', { name: 'nobody', correlationKey: '1', timeToLive: 1000, variables: {} })
await judge('createProcessInstance', { processDefinitionId: 'client_awaits', variables: { order: 'v-1' } })
await judge('searchMessageSubscriptions', {}, now)
await judge('correlateMessage', { name: 'client-paid', correlationKey: 'v-1', variables: {} })
await judge('broadcastSignal', { signalName: 'nobody', variables: {} })
const ended = { processDefinitionId: 'client_straight', variables: { q: 1 }, awaitCompletion: true, fetchVariables: ['q'] }
await judge('createProcessInstance', ended)
const other = await judge('createProcessInstance', { processDefinitionId: 'client_work' })
await judge('cancelProcessInstance', { processInstanceKey: other.processInstanceKey })
await judge('pinClock', { timestamp: Date.now() })
await judge('resetClock')
console.log(`RESULT ${JSON.stringify({ right, wrong })}`)
process.exit(0)
