import {
  type CSSVariablesResolver,
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';

export const theme = createTheme({
  primaryColor: 'sea',
  primaryShade: { light: 7, dark: 7 },
  colors: {
    sea: [
      '#eff6fc',
      '#dbe9f5',
      '#b3d0ea',
      '#88b6df',
      '#649fd5',
      '#4c90cf',
      '#3f89cd',
      '#2468a5',
      '#1c5a92',
      '#0f4674',
    ],
    dark: [
      '#dfe2e7',
      '#c2c7cf',
      '#a2a9b4',
      '#5f6773',
      '#434a55',
      '#353b45',
      '#2a2f38',
      '#1d2127',
      '#15181d',
      '#0f1115',
    ],
  },
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '650',
    sizes: { h1: { fontSize: '22px', lineHeight: '1.3' }, h2: { fontSize: '14px', lineHeight: '1.4' } },
  },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
  defaultRadius: 6,
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    // Locking the scroll would inject a <style>, which the content security policy refuses; theme.css does it.
    Modal: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, multiline: true } },
  },
});

const resolver: CSSVariablesResolver = (all) => {
  const made = defaultCssVariablesResolver(all);
  return {
    variables: made.variables,
    light: {
      ...made.light,
      '--mantine-color-dimmed': '#59616c',
      '--mantine-color-placeholder': '#6b7380',
      '--mantine-color-error': '#b42318',
      '--mantine-color-text': '#1b1f24',
      '--mantine-color-anchor': '#1c5a92',
    },
    dark: {
      ...made.dark,
      '--mantine-color-dimmed': '#a2a9b4',
      '--mantine-color-placeholder': '#8b93a0',
      '--mantine-color-error': '#ff8f85',
      '--mantine-color-text': '#dfe2e7',
      '--mantine-color-anchor': '#88b6df',
    },
  };
};

// Mantine would write its variables into a <style>; a constructed sheet is allowed by `style-src 'self'`.
export function adoptThemeVariables(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(convertCssVariables(resolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root'));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
