package dev.stillgate.canary;

/** Treatment of a response: the key under which it is marked, or the reason for leaving it unchanged. */
sealed interface Treatment permits Exemption, Keyring.Entry {}
