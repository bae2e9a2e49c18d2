// Drives Kefuflow with Camunda's JavaScript client, unmodified: prints one JSON line with what each step found.
// Arguments: the folder that node_modules is in, then the files to deploy first and those of processes/.
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(path.join(process.argv[2], 'package.json'))
const { Camunda8 } = require('@camunda8/sdk')
const [own, shipped] = [process.argv[3], process.argv[4]].map((list) => list.split(path.delimiter))
const seen = {}

const client = new Camunda8().getCamundaRestClient()
seen.gateway = (await client.getTopology()).gatewayVersion
await client.deployResourcesFromFiles(own)
const deployed = await client.deployResourcesFromFiles(shipped)
seen.processes = deployed.processes.map((each) => each.processDefinitionId).sort()

const start = (processDefinitionId, variables = {}) => client.createProcessInstance({ processDefinitionId, variables })
const take = () => client.activateJobs({ type: 'client-work', worker: 'w', timeout: 60000, maxJobsToActivate: 1, requestTimeout: -1 })
const state = async (processInstanceKey) =>
  (await client.searchProcessInstances({ filter: { processInstanceKey } })).items[0].state

// A job that fails, its incident, its repair.
const failing = await start('client_work', { amount: 3 })
const [job] = await take()
seen.variables = job.variables
await client.failJob({ jobKey: job.jobKey, retries: 0, errorMessage: 'no', retryBackOff: 0 })
const incidents = await client.searchIncidents({ filter: { processInstanceKey: failing.processInstanceKey, state: 'ACTIVE' } })
seen.incidents = incidents.items.map((each) => each.errorType)
await client.updateJob({ jobKey: job.jobKey, retries: 2 })
await client.resolveIncident(incidents.items[0].incidentKey)
const [again] = await take()
seen.retries = again.retries
await client.completeJob({ jobKey: again.jobKey, variables: { paid: 3 } })

// The user task behind it.
const tasks = await client.searchUserTasks({ filter: { processInstanceKey: failing.processInstanceKey, state: 'CREATED' } })
seen.tasks = tasks.items.map((each) => each.elementId)
const { userTaskKey } = tasks.items[0]
await client.assignUserTask({ userTaskKey, assignee: 'li' })
seen.assignee = (await client.getUserTask(userTaskKey)).assignee
await client.completeUserTask({ userTaskKey, variables: { done: true } })
seen.completed = await state(failing.processInstanceKey)
const variables = await client.searchVariables({ filter: { processInstanceKey: failing.processInstanceKey } })
seen.found = Object.fromEntries(variables.items.map((each) => [each.name, each.value]))

// A message.
const waiting = await start('client_awaits', { order: 'js-1' })
await client.publishMessage({ name: 'client-paid', correlationKey: 'js-1', timeToLive: 0, variables: { sum: 3 } })
seen.received = await state(waiting.processInstanceKey)

// Waiting for the end.
const ended = await client.createProcessInstanceWithResult({ processDefinitionId: 'client_straight', variables: { q: 1 } })
seen.result = ended.variables

// A worker.
const worked = await start('client_work', { amount: 5 })
seen.doubled = await new Promise((resolve) => {
  const worker = client.createJobWorker({
    type: 'client-work', worker: 'w', timeout: 30000, maxJobsToActivate: 2, pollIntervalMs: 100,
    jobHandler: async (each) => {
      const answer = await each.complete({ doubled: each.variables.amount * 2 })
      worker.stop()
      resolve(each.variables.amount * 2)
      return answer
    },
  })
})
await client.cancelProcessInstance({ processInstanceKey: worked.processInstanceKey })
seen.cancelled = await state(worked.processInstanceKey)
console.log(`RESULT ${JSON.stringify(seen)}`)
process.exit(0)
