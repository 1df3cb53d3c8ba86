/**
 * Client credentials and their accounts: extraction of a request's credential, keyed hashes, and the table read from
 * {@code accounts.yaml}.
 */
@NullMarked
package dev.stillgate.proxy.account;

import org.jspecify.annotations.NullMarked;
