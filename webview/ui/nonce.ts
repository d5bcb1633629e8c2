/**
 * The toolkit probes for `:focus-visible` with a style element, which the content security policy lets through only with a nonce, and it
 * looks for that in a meta element. Imported before the toolkit.
 */

const nonce = (document.currentScript as HTMLScriptElement | null)?.nonce;
const meta = document.createElement('meta');
meta.setAttribute('property', 'csp-nonce');
meta.content = nonce ?? '';
document.head.append(meta);
