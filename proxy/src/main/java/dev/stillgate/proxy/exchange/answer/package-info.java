/** Pacing of responses: releases bytes no faster than a given rate, within a memory bound. */
@NullMarked
package dev.stillgate.proxy.exchange.answer;

import org.jspecify.annotations.NullMarked;
