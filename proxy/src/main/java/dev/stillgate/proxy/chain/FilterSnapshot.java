package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A filter of a chain with its decision counts, for the admin page.
 *
 * @param name the filter's name in the policy file
 * @param type the filter's type
 * @param mode whether the filter's verdicts are enforced
 * @param onError what happens to a request if the filter throws
 * @param phases the phases that the filter implements
 * @param counts the decisions in this mode since the process started; contains every {@link Decision}
 * @param lastReject the code of the latest refusal under this policy, enforced or in shadow; null if there was none
 */
public record FilterSnapshot(
        String name,
        String type,
        FilterMode mode,
        OnError onError,
        Set<FilterPhase> phases,
        Map<Decision, Long> counts,
        @Nullable String lastReject) {}
