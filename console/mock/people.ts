import type { Role } from '../src/api/session.ts';

export const stores = [
  'STO-01 Drottninggatan',
  'STO-02 Mall of Scandinavia',
  'STO-03 Täby',
  'GOT-01 Nordstan',
  'GOT-02 Avenyn',
  'MAL-01 Emporia',
  'UPP-01 Svavagallerian',
  'LIN-01 Gränden',
  'ORE-01 Krämaren',
  'VAS-01 Igor',
  'UME-01 Utopia',
  'LUL-01 Smedjan',
] as const;
export const storeCodes = stores.map((store) => store.slice(0, 6));

const first = [
  'Anna',
  'Erik',
  'Maja',
  'Lars',
  'Elsa',
  'Oskar',
  'Ingrid',
  'Nils',
  'Freja',
  'Karl',
  'Ebba',
  'Åsa',
];
const family = [
  'Lindqvist',
  'Berg',
  'Sjöberg',
  'Nyström',
  'Ek',
  'Håkansson',
  'Dahl',
  'Öberg',
  'Wallin',
  'Holm',
];

export interface Customer {
  number: string;
  first: string;
  family: string;
  email: string;
  phone: string;
}
const plain = (text: string) => text.toLowerCase().replace(/[åä]/g, 'a').replace(/ö/g, 'o');
export const customers: Customer[] = first.flatMap((name, i) =>
  family.map((last, k) => ({
    number: String(100_200 + i * family.length + k),
    first: name,
    family: last,
    email: `${plain(name)}.${plain(last)}@mail.se`,
    phone: `+4670${String(1_740_000 + i * 9137 + k * 613).padStart(7, '0')}`,
  })),
);

export interface MockAccount {
  name: string;
  display: string;
  email: string;
  role: Role;
  teams: string[];
  source: 'password' | 'single_sign_on';
  disabled: boolean;
  last_seen_at: string | null;
  preferences: Record<string, unknown>;
}
const account = (name: string, display: string, role: Role, teams: string[]): MockAccount => ({
  name,
  display,
  email: `${name}@nordic.example`,
  role,
  teams,
  source: 'password',
  disabled: false,
  last_seen_at: null,
  preferences: {},
});
// Sign in with any of these names and any password of four characters.
export const accounts: MockAccount[] = [
  account('anna', 'Anna Lindqvist', 'administrator', ['integration']),
  account('oskar', 'Oskar Berg', 'operator', ['retail operations']),
  account('maja', 'Maja Sjöberg', 'operator', ['marketing']),
  account('sten', 'Sten Wallin', 'steward', ['data steward']),
  account('vera', 'Vera Ek', 'viewer', []),
];
export const teams = ['integration', 'retail operations', 'marketing', 'data steward'];
