import tseslint from 'typescript-eslint';
import { roomsRule } from './tools/rooms.mjs';

export default tseslint.config(
  { ignores: ['node_modules/', 'coverage/', 'data/', 'dist/', '**/generated/'] },
  {
    // The console's modules are JavaScript with their types in comments (console/tsconfig.json).
    files: ['**/*.ts', 'console/**/*.js'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers and booleans read well in a template.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => sink.push(x)` is plain where the result does not matter.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Implementations of an async contract that have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      // `T extends …` used once is often the clearer signature at the edge of a generic contract.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Express awaits its handlers since version 5; an `async` listener elsewhere is still an error.
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      // The index or the match was checked by what stands before it, which the type does not know.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Objects here are records of closures: `this` is not used, so a function may be taken out of its record.
      '@typescript-eslint/unbound-method': 'off',
      // Rows name the element that they write, or take away.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Its successor `fast-xml-builder` is the same code under another name.
      // `allowInsecureRequests` is marked so that it stands out; the stand-in of Pro Santé Connect speaks plain HTTP on loopback.
      '@typescript-eslint/no-deprecated': [
        'error',
        {
          allow: [
            { from: 'package', package: 'fast-xml-parser', name: 'XMLBuilder' },
            { from: 'package', package: 'openid-client', name: 'allowInsecureRequests' },
          ],
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
    },
  },
  {
    // Plain JavaScript and declarations without a project of their own.
    files: ['**/*.{js,mjs}'],
    rules: { eqeqeq: ['error', 'always'] },
  },
  {
    // Programs of the command line speak on the console; tests hold values that types do not know.
    files: ['tools/**', 'bench/**', 'test/**', 'docs/recipes/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Resources of FHIR come as JSON, whose types nobody has told the browser; what is made of them is typed.
    files: ['console/**/*.js'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**'],
    rules: {
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    plugins: { house: { rules: { rooms: roomsRule } } },
    files: ['**/*.ts'],
    rules: { 'house/rooms': 'error' },
  },
);
