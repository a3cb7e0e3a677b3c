#!/usr/bin/env node
import './build.js'

await import('../dist/bin/main.js')
