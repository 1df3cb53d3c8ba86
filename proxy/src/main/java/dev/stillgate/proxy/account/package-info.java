/**
 * Client credentials and the accounts they belong to: finding the credential of a request, keyed hashes, and the table
 * read from {@code accounts.yaml}.
 */
@NullMarked
package dev.stillgate.proxy.account;

import org.jspecify.annotations.NullMarked;
