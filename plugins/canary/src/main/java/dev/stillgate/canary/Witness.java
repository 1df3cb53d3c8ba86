package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.ledger.Ledger;
import dev.stillgate.canary.ledger.LedgerException;
import dev.stillgate.canary.ledger.MarkedAnswer;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
