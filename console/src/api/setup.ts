// The set-up wizard and the trial run that follows it (docs/setup.md).
import { post } from './client';

export interface MappingRule {
  from: string[];
  to: string;
  constant?: string;
  transform?: string[];
}
export interface ConsentRule {
  id: string;
  label: string;
  channel: string;
  default: 'yes' | 'no';
  bloomreach: string;
  klaviyo: string;
}
export interface SetupAnswers {
  [field: string]: string | MappingRule[] | ConsentRule[];
}

export interface SetupProblem {
  step: string;
  field: string;
  what: string;
  fix: string;
}
export interface SetupPreview {
  toml: string; // names the files of secrets, never holds one
  problems: SetupProblem[];
  sitoo: { events_base_url: string; events_user: string; crm_base_url?: string; crm_user?: string };
  secret_files: string[];
}

export interface ValidationStep {
  connection: string;
  step: string;
  ok: boolean;
  skipped: boolean;
  detail: string;
  advice: string;
}
export interface Validation {
  ok: boolean;
  workspace: string;
  test_customer: string;
  steps: ValidationStep[];
}

export const setupPreview = (answers: SetupAnswers): Promise<SetupPreview> =>
  post('/setup/preview', { answers });
export const validate = (wish: {
  workspace: string;
  visible_within_s: number;
  email_domain: string;
}): Promise<Validation> => post('/validate', wish);
