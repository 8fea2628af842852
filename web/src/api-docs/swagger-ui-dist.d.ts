// What the page uses of swagger-ui-dist, which brings no types.

declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
  interface Options {
    /** Where the OpenAPI document is. */
    url: string;
    domNode: Element | null;
    /** Whether the address names the operation that is open. */
    deepLinking: boolean;
    /** null: nobody is asked whether the document is valid. */
    validatorUrl: string | null;
    /** Each gives components of React that take the place of the library's. */
    plugins: readonly (() => { components: Readonly<Record<string, (props: { text: unknown }) => unknown>> })[];
  }

  export default function SwaggerUI(options: Options): void;
}
