package dev.stillgate.proxy.recording;

import dev.stillgate.proxy.dialect.stream.EventReader;
import dev.stillgate.proxy.json.Swar;
import java.io.ByteArrayOutputStream;

/** Writer of the data of a stream's events as a JSON array, without {@code [DONE]}. Not thread-safe. */
final class EventList extends EventReader {
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final ByteArrayOutputStream array = new ByteArrayOutputStream();

    /** Returns the array, which is valid JSON if the data of all events is. */
    byte[] of(byte[] stream) {
        reset();
        data.reset();
        array.reset();
        read(stream, 0, stream.length);
        endEvent();
        array.write(array.size() == 0 ? '[' : ' ');
        array.write(']');
        return array.toByteArray();
    }

    @Override
    protected int data(byte[] buf, int from, int end) {
        int stop = Swar.skipLine(buf, from, end);
        data.write(buf, from, stop - from);
        return stop;
    }

    @Override
    protected void nextLine(int at) {
        data.write('\n');
    }

    @Override
    protected void endMark() {
        data.reset();
    }

    @Override
    protected void endEvent() {
        if (data.size() > 0) {
            array.write(array.size() == 0 ? '[' : ',');
            array.writeBytes(data.toByteArray());
            data.reset();
        }
    }
}
