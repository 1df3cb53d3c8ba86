package dev.stillgate.proxy.exchange;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a {@link ResponseRelay}, by which its path is chosen.
 *
 * @param meter reads the usage; null if the response carries none
 * @param recording receives the forwarded content; null for none
 * @param tapping the taps of the prose; null for none
 * @param released runs after the held end of an edited response has been forwarded
 */
record RelayParts(
        EventLoopContext context,
        Downstream downstream,
        ResponsePlan answer,
        @Nullable ResponseMeter meter,
        @Nullable Recording recording,
        @Nullable Tapping tapping,
        Runnable released) {
    boolean isEdited() {
        return tapping != null && tapping.edits();
    }

    /** Returns the stage that finds the events of an AWS event stream; null for other responses. */
    @Nullable
    FrameStage frames(FrameStage.Sink sink) {
        return meter != null && meter.isFramed() && answer.hasBody() ? new FrameStage(sink) : null;
    }

    boolean takesUsageOut() {
        return answer.usageInjected() && answer.hasBody() && meter != null && meter.readsEvents();
    }

    /** Returns the stage that sends the prose through the taps; null if there are none. */
    @Nullable
    ProseStage prose(Consumer<ByteBuf> out, Runnable afterHold) {
        return meter == null || tapping == null ? null : new ProseStage(context, tapping, meter, out, afterHold);
    }
}
