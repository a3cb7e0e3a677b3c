/** A process that checks every n-th image of a plan and sends what it found to its parent. */

import { checkImages } from './checker.ts'
import { loadPlan } from './plan.ts'

const [file = '', folder = '', share = '', shares = ''] = process.argv.slice(2)
const plan = loadPlan(file)
const mine = plan.images.filter(({ number }) => number % Number(shares) === Number(share))
for await (const checked of checkImages(plan, mine, folder)) process.send!(checked)
process.disconnect()
