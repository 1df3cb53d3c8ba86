package dev.stillgate.fingerprint.link;

import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * Registration of the accounts, by account index.
 *
 * @param isVouched whether an account is verified, of a declared organisation, or vouched for by an operator
 * @param isReference whether an account that is vouched for tells what honest customers share: it is not flagged
 * @param organisation number of an account's declared organisation, 0 for none
 */
public record Population(IntPredicate isVouched, IntPredicate isReference, IntUnaryOperator organisation) {}
