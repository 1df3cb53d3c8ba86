package dev.stillgate.proxy.dialect.coding;

import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;

/** Fuzz target for uploaded forms, which may contain a batch of prompts. */
public final class MultipartFuzz {
    private static final String TYPE = "multipart/form-data; boundary=b";

    private MultipartFuzz() {}

    /** The input is a form. */
    public static void fuzzerTestOneInput(byte[] data) {
        try {
            BodyView view = new RequestReader().read(Operation.FILE_UPLOAD, TYPE, data, 0, data.length);
            if (view instanceof BodyView.Batch batch) {
                for (int i = 0; i < batch.size(); i++) {
                    BodyView.Chat item = batch.item(i);
                    if (item.bytes() > data.length || item.inputTokens() < 1) {
                        throw new IllegalStateException("an item of " + item.bytes() + " bytes");
                    }
                }
            }
        } catch (MalformedBody refused) {
            // rejected, so never forwarded
        }
    }
}
