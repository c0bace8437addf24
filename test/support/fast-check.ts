/**
 * Property tests draw the same examples in every run, so that a run says something about the change and not about luck.
 * `FC_SEED=random npm test` draws others; a failure prints its seed.
 */
import fc from 'fast-check';

const { FC_SEED = '20261121' } = process.env;
fc.configureGlobal({ seed: FC_SEED === 'random' ? Date.now() : Number(FC_SEED) });
