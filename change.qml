<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology">
  <pipe>
    <rasterrenderer type="singlebandpseudocolor" band="1" opacity="1" alphaBand="-1" nodataColor="" classificationMin="0" classificationMax="60">
      <rasterTransparency/>
      <rastershader>
        <colorrampshader colorRampType="INTERPOLATED" classificationMode="1" clip="0" labelPrecision="4" minimumValue="0" maximumValue="60">
          <colorramp type="gradient" name="[source]">
            <prop k="color1" v="0,0,4,255"/>
            <prop k="color2" v="252,255,164,255"/>
            <prop k="discrete" v="0"/>
            <prop k="rampType" v="gradient"/>
            <prop k="stops" v="0.1;22,11,57,255:0.2;66,10,104,255:0.3;106,23,110,255:0.4;147,38,103,255:0.5;188,55,84,255:0.6;221,81,58,255:0.7;243,119,26,255:0.8;252,165,10,255:0.9;246,214,69,255"/>
          </colorramp>
          <item value="0" label="0" alpha="255" color="#000004"/>
          <item value="6" label="6" alpha="255" color="#160b39"/>
          <item value="12" label="12" alpha="255" color="#420a68"/>
          <item value="18" label="18" alpha="255" color="#6a176e"/>
          <item value="24" label="24" alpha="255" color="#932667"/>
          <item value="30" label="30" alpha="255" color="#bc3754"/>
          <item value="36" label="36" alpha="255" color="#dd513a"/>
          <item value="42" label="42" alpha="255" color="#f3771a"/>
          <item value="48" label="48" alpha="255" color="#fca50a"/>
          <item value="54" label="54" alpha="255" color="#f6d645"/>
          <item value="60" label="60" alpha="255" color="#fcffa4"/>
        </colorrampshader>
      </rastershader>
    </rasterrenderer>
    <brightnesscontrast brightness="0" contrast="0"/>
    <huesaturation saturation="0" colorizeOn="0" grayscaleMode="0"/>
    <rasterresampler maxOversampling="2"/>
  </pipe>
  <blendMode>0</blendMode>
</qgis>
