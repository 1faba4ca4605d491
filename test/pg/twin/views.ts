/** Reads through views. */
import { same } from './case.js'
import type { TwinCase } from './case.js'

export const VIEWS: readonly TwinCase[] = [
  same('select * from vc order by i'),
  same("select n from vc where e='bob@x.de'"),
  same('select * from vv order by i'),
  same("select i from vv where e='bob@x.de'"),
  same('select * from nv'),
]
