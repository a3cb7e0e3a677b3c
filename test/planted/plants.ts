/** All planted bugs. */
import { NAMED_PLANTS } from './named.ts'
import type { Plant } from './plant.ts'
import { AC_PLANTS } from './rules-ac.ts'
import { AL_PLANTS } from './rules-al.ts'
import { CF_PLANTS } from './rules-cf.ts'
import { CK_PLANTS } from './rules-ck.ts'
import { DL_PLANTS } from './rules-dl.ts'
import { DR_PLANTS } from './rules-dr.ts'
import { FL_PLANTS } from './rules-fl.ts'
import { HB_PLANTS } from './rules-hb.ts'
import { IN_PLANTS } from './rules-in.ts'
import { LG_PLANTS } from './rules-lg.ts'
import { LK_PLANTS } from './rules-lk.ts'
import { LM_PLANTS } from './rules-lm.ts'
import { LS_PLANTS } from './rules-ls.ts'
import { MS_PLANTS } from './rules-ms.ts'
import { OB_PLANTS } from './rules-ob.ts'
import { OR_PLANTS } from './rules-or.ts'
import { PA_PLANTS } from './rules-pa.ts'
import { PA_BROWSER_PLANTS } from './rules-pa-browser.ts'
import { PG_PLANTS } from './rules-pg.ts'
import { PM_PLANTS } from './rules-pm.ts'
import { PQ_PLANTS } from './rules-pq.ts'
import { PR_PLANTS } from './rules-pr.ts'
import { PV_PLANTS } from './rules-pv.ts'
import { SE_PLANTS } from './rules-se.ts'
import { SK_PLANTS } from './rules-sk.ts'
import { TL_PLANTS } from './rules-tl.ts'
import { UP_PLANTS } from './rules-up.ts'
import { VN_PLANTS } from './rules-vn.ts'
import { WA_PLANTS } from './rules-wa.ts'

export const PLANTS: readonly Plant[] = [
  ...NAMED_PLANTS,
  ...OR_PLANTS,
  ...PM_PLANTS,
  ...IN_PLANTS,
  ...LG_PLANTS,
  ...PQ_PLANTS,
  ...DL_PLANTS,
  ...FL_PLANTS,
  ...SE_PLANTS,
  ...UP_PLANTS,
  ...PV_PLANTS,
  ...TL_PLANTS,
  ...SK_PLANTS,
  ...LM_PLANTS,
  ...AC_PLANTS,
  ...HB_PLANTS,
  ...WA_PLANTS,
  ...LS_PLANTS,
  ...MS_PLANTS,
  ...CF_PLANTS,
  ...PR_PLANTS,
  ...CK_PLANTS,
  ...PA_PLANTS,
  ...PA_BROWSER_PLANTS,
  ...OB_PLANTS,
  ...LK_PLANTS,
  ...VN_PLANTS,
  ...DR_PLANTS,
  ...PG_PLANTS,
  ...AL_PLANTS,
]
