/** Sessions of OpenAI's Realtime API: the frames of a WebSocket, and the events in them that report usage. */
@NullMarked
package dev.stillgate.proxy.dialect.realtime;

import org.jspecify.annotations.NullMarked;
