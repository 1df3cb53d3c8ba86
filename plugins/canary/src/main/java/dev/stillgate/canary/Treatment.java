package dev.stillgate.canary;

/** What is done with an answer: it is marked under a key, or left unchanged for a reason. */
sealed interface Treatment permits Exemption, Keyring.Entry {}
