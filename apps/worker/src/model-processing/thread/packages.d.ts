declare module 'draco3dgltf' {
  const draco: { createDecoderModule(): Promise<unknown> };
  export default draco;
}

declare module 'gltf-validator' {
  interface Issue {
    readonly code: string;
    readonly message: string;
    /** 0 error, 1 warning, 2 information, 3 hint. */
    readonly severity: number;
    readonly pointer?: string;
  }
  interface Options {
    readonly format: 'glb';
    readonly maxIssues: number;
    readonly ignoredIssues: readonly string[];
    readonly writeTimestamp: boolean;
  }
  const validator: {
    validateBytes(data: Uint8Array, options: Options): Promise<{ readonly issues: { readonly messages: readonly Issue[] } }>;
  };
  export default validator;
}
