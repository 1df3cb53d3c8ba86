/**
 * Verification of JSON Web Tokens (RFC 7519) against the key set of an identity provider, which is fetched in the
 * background. No file is read and no machine is called while a token is judged.
 */
@NullMarked
package dev.stillgate.proxy.jwt;

import org.jspecify.annotations.NullMarked;
