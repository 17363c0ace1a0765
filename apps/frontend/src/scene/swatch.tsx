export function Swatch({ color }: { readonly color: string }) {
  return <span className="swatch" style={{ background: color }} />;
}
