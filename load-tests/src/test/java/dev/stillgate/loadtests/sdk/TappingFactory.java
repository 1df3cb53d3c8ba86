package dev.stillgate.loadtests.sdk;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseTap;

/**
 * Factory of the filter type {@code tapping}, which replaces {@code i} by {@code ii} in text and delays it by seven
 * characters.
 */
public final class TappingFactory implements FilterFactory<TappingFactory.Policy> {
    private static final int LAG = 7;

    /** Empty policy. */
    public record Policy() {}

    @Override
    public String type() {
        return "tapping";
    }

    @Override
    public Class<Policy> policyType() {
        return Policy.class;
    }

    @Override
    public Filter create(Policy policy, FilterContext context) {
        return (ResponseFilter) (exchange, head) -> new Tap();
    }

    private static final class Tap implements ResponseTap.Prose {
        @Override
        public Block onBlock(int index) {
            return new Lagging();
        }

        @Override
        public Block onRepeat(int index) {
            return new Lagging();
        }
    }

    private static final class Lagging implements ResponseTap.Prose.Block {
        private String held = "";

        @Override
        public CharSequence onText(CharSequence delta) {
            String all = held + delta;
            int passes = Math.max(0, all.length() - LAG);
            held = all.substring(passes);
            return all.substring(0, passes).replace("i", "ii");
        }

        @Override
        public CharSequence onEnd() {
            return held.replace("i", "ii");
        }

        @Override
        public int held() {
            return held.length();
        }
    }
}
