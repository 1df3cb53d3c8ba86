package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.api.OfferedTools;
import dev.stillgate.loadtests.api.RequestParameters;
import dev.stillgate.loadtests.api.Tool;
import dev.stillgate.loadtests.api.ToolCall;
import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An agent: the model works on a task with tool calls, and the client returns the results, for a number of steps. */
public final class AgentDialogue extends Dialogue {
    private static final double GAP_MEDIAN = 7; // seconds; the 90th percentile is 33 s
    private static final double GAP_SIGMA = 1.2;

    private final OfferedTools tools;
    private final String task;
    private final TextScope scope;
    private final int steps;
    private final Grammar grammar = Language.english().grammar();
    private @Nullable ModelReply last;
    private int done;

    public AgentDialogue(
            ModelConversation conversation,
            RequestParameters sampling,
            OfferedTools tools,
            String task,
            TextScope scope,
            int steps) {
        super(conversation, sampling);
        this.tools = tools;
        this.task = task;
        this.scope = scope;
        this.steps = steps;
    }

    @Override
    public ModelReply ask() {
        if (last == null) {
            conversation().say(task);
        } else {
            conversation().remember(last);
            List<String> outputs = new ArrayList<>(last.calls().size());
            for (int i = 0; i < last.calls().size(); i++) {
                outputs.add(grammar.text("tool.output", scope));
            }
            conversation().addResults(last.calls(), outputs);
        }
        done++;
        ModelReply reply = goesOn() ? step() : finish();
        last = reply;
        return reply;
    }

    private ModelReply step() {
        Dice dice = scope.dice();
        List<ToolCall> calls = new ArrayList<>();
        int count = dice.chance(0.2) ? 2 : 1;
        for (int i = 0; i < count; i++) {
            Tool tool = dice.pick(tools.tools());
            calls.add(new ToolCall(conversation().wire().callId(dice), tool.name(), arguments(tool)));
        }
        return conversation().answer(dice.chance(0.5) ? grammar.text("tool.note", scope) : "", thought(), calls);
    }

    private String arguments(Tool tool) {
        JsonBuffer json = new JsonBuffer(128).raw("{");
        for (int i = 0; i < tool.parameters().size(); i++) {
            json.raw(i == 0 ? "" : ",").string(tool.parameters().get(i)).raw(":");
            json.string(grammar.text("arg", scope));
        }
        return json.raw("}").toString();
    }

    private ModelReply finish() {
        return conversation().answer(grammar.text("tool.final", scope), thought(), List.of());
    }

    private @Nullable String thought() {
        return sampling().thinking() ? grammar.text("thought", scope) : null;
    }

    @Override
    public boolean goesOn() {
        return done < steps;
    }

    @Override
    public double pause() {
        return scope.dice().logNormal(GAP_MEDIAN, GAP_SIGMA);
    }
}
